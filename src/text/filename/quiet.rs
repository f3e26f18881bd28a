//! Lines without a name: a line flows in, and whether the file before may go
//! on under it flows out.

use super::words::{
    begins_any, has_piece, in_list, is_dense, sentences, words,
};

/// What a line without a name says of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quiet {
    /// Only that something follows: `Then:`, `Second change:`, `2.`.
    Connective,
    /// Words about something.
    Words,
    /// Another file, a command or its output follows: the file before does
    /// not go on.
    Announces,
}

/// Words of which connectives consist.
const CONNECTIVES: &str = "
 once two three four then and also next now first second third fourth fifth sixth seventh eighth
 ninth tenth last final finally lastly firstly secondly thirdly change edit
 hunk block step spot place further farther down below above up still same in
 this that these those one more again likewise similarly plus afterwards after
 is here it continued continuing so ok okay part change's edits changes
 another the both too let's with to follows as like
 und dann danach außerdem weiter ebenso zweite zweitens dritte erste änderung
 noch eine hier
 puis ensuite et aussi enfin deuxième modification
 luego después y también entonces finalmente segundo cambio segunda
 depois também então e finalmente segunda mudança
 poi anche infine dopo seconda modifica
 daarna en ook vervolgens tweede wijziging
 затем потом и далее также ещё еще второе изменение
 następnie potem dalej i oraz pak potom dále a sonra ve sau đó";

/// Connectives in scripts without blanks.
const DENSE_CONNECTIVES: &str = "
 然后 接着 接下来 还有 最后 其次 另外 此外 再 首先 第二 第三 第二处 第二处修改 如下
 然後 接著 次に 続いて そして また 最後に さらに まず その後 二つ目 以下 同様に
 그리고 다음 다음으로 또한 마지막으로 그다음 이어서";

/// Words that mean a file or a part of a project that has its own.
const FILES: &str = "
 file files module modules script scripts template templates component
 components page pages manifest stylesheet stylesheets notebook playbook
 fixture fixtures makefile dockerfile migration migrations crate crates
 package packages readme changelog header config configs configuration
 controller controllers service services partial layout view views sheet
 document documentation docs schema spec specs entrypoint workflow pipeline
 datei dateien modul skript vorlage fichier fichiers archivo archivos fichero
 arquivo arquivos ficheiro bestand bestanden plik pliki pliku soubor soubory
 файл файла файле файлы скрипт шаблон dosya tệp fil filen filer tiedosto fájl
 fișier berkas";

/// Words after such a word that show that another thing is meant.
const NOT_FILES: &str = "
 size sizes descriptor descriptors handle handles system systems format
 formats name names path paths mode type types pointer upload uploads
 extension level loader manager";

/// Words before such a word that mean the file before.
const SAME: &str = "
 same this that gleichen selben derselben dieser diese même ce mismo este ese
 mesmo esse stesso questo zelfde dit deze том этом тем тому этот tym samym";

/// Notations that stand in files of their own.
const NOTATIONS: &str = "
 css html sql scss sass javascript js typescript ts yaml yml xml jsx tsx php
 bash json toml markdown graphql python rust java kotlin swift go ruby vue";

/// Sides of a project that have files of their own.
const SIDES: &str = "
 frontend front-end backend back-end client-side server-side clientside
 serverside tests clients servers ui database db";

/// What `other` may stand before without meaning a file.
const OTHERS: &str = "
 branch branches case cases way ways loop loops hand one ones function
 functions method methods call calls place places spot change changes edit
 edits end half argument arguments parameter parameters field fields value
 values direction thing things line lines option options words side arm
 variable constant condition check occurrence occurrences import imports
 property key statement block words than";

/// What a clause begins with that announces a command or what it prints.
const COMMANDS: &str = "
 run|running|usage|output|expected|result|results|the result|the output|
 example|option|check it|for example you|an example|example usage|example output|install|
 installation|execute|start the|start your|start it|launch|try it|try running|test it|
 verify|demo|sample|response|the response|log|logs|error|the error|traceback|
 this prints|it prints|this outputs|this produces|you should see|
 you will see|you'll see|you get|to use it|it should print|it should output|it should show|this should print|executing|what it was|as it was|to run|to test|to start|to install|
 command|commands|terminal|console|shell|build with|before|previously|old|
 original|the original|the old|current code|the current|was|from|deploy|
 start with|start up|stop the|restart|request|to see|sql query|
 ausführen|führe|starte|ausgabe|ergebnis|beispiel|vorher|installieren|
 exécutez|lancez|sortie|résultat|exemple|avant|installez|
 ejecuta|ejecute|ejecutar|salida|resultado|ejemplo|antes|instala|
 execute|rode|saída|exemplo|instale|esegui|uscita|risultato|esempio|prima|
 voer|uitvoer|resultaat|voorbeeld|запустите|запуск|вывод|результат|пример|
 было|uruchom|wynik|przykład|spusť|spusťte|výstup|příklad|çalıştır|çıktı|
 chạy|kết quả";

/// What anywhere in a clause announces the same.
const ANYWHERE: &str = "
 terminal shell console command-line stdout stderr traceback";

/// Pieces in scripts without blanks that announce another file or a command.
const DENSE_ANNOUNCES: &str = "
 运行 输出 执行 结果 示例 终端 命令 安装 之前 修改前 原来 測試 测试 实行 実行 出力
 結果 例 ターミナル コマンド 変更前 以前 テスト インストール 실행 출력 결과 예시 터미널
 명령 설치 이전 테스트 样式 模板 组件 页面 脚本 模块 テンプレート スクリプト
 コンポーネント 템플릿 스크립트 客户端 服务端 前端 后端 另一个 别的 其他 別の 他の 다른
 配置 設定ファイル";

/// Reads a line without a name, without the marks before its words.
pub(super) fn read(text: &str) -> Quiet {
    let text = &without_code(text);
    if is_connective(&words(text)) {
        return Quiet::Connective;
    }
    if is_property(text) {
        return Quiet::Words;
    }
    let announces = sentences(text)
        .iter()
        .any(|sentence| sentence.split([';', ':', '；', '：']).any(announces));
    match announces || is_title(text) {
        true => Quiet::Announces,
        false => Quiet::Words,
    }
}

/// Whether a line tells something of the file named above it: `Language:
/// Python`.
fn is_property(text: &str) -> bool {
    const KEYS: &str = "
     language description purpose summary reason type status lines explanation
     changes modification lang size encoding priority";
    let Some((key, value)) = text.split_once(':') else { return false };
    let value = value.trim_matches(['*', '_', ' ']);
    matches!(words(key).as_slice(), [key] if in_list(KEYS, key))
        && !value.is_empty()
}

/// Whether a few words before a colon are a title rather than what is to be
/// done: they have no verb of change, no place in the code, no code, and
/// could stand above anything (`Bonus:`, `Your version:`, `Not this:`).
fn is_title(text: &str) -> bool {
    const LONGEST: usize = 3;
    const PLACES: &str =
        "in at inside within near on over under see build wrap";
    const CODE: &str = "
     loop loops method methods function functions class constructor branch
     import imports signature call calls struct enum interface variable constant
     condition check body return default case cases docstring comment argument
     arguments parameter parameters field fields line lines block bug typo race find
     updated modified changed fixed corrected";
    let text = text.trim_end_matches(['*', '_', ' ']);
    let said = words(text);
    let openers = said.iter().take_while(|word| is_opener(word)).count();
    let core = said.get(openers..).unwrap_or_default();
    let first = core.first().map_or("", String::as_str);
    let telling = |word: &String| {
        super::tail::is_verb(word)
            || in_list(CODE, word)
            || word == "codeword"
            || word.bytes().any(|b| b.is_ascii_digit())
    };
    // `We read the port`: something is done to something.
    let object = core.get(1).map_or("", String::as_str);
    let clause = core.len() >= 3 && in_list("the a an it this its", object);
    let shows = said.len() <= 6
        && said.iter().any(|w| in_list("output outputs result results", w));
    if shows && text.ends_with([':', '：']) {
        return true;
    }
    // `Use it instead` is no refusal.
    let told = said.split_last().filter(|(last, _)| *last == "instead");
    let told = told.map_or(said.as_slice(), |(_, rest)| rest);
    let negative = super::gone::is_negative(told);
    let short = if negative { LONGEST + 2 } else { LONGEST };
    text.ends_with([':', '：'])
        && core.len() <= short
        && !text.contains(['/', '('])
        && !text.trim_end_matches([':', '.']).contains('.')
        && (negative
            || !clause && !in_list(PLACES, first) && !core.iter().any(telling))
}

/// Whether a sentence after that of a name announces a command or another
/// file.
pub(super) fn announces_more(sentence: &str) -> bool {
    sentence.split([';', ':', ',', '；', '：']).any(announces)
}

/// Whether the rest of a name's own sentence announces a command. What it
/// says of modules and components is about the content of the file.
pub(super) fn announces_command(rest: &str) -> bool {
    rest.split([';', ':', ',', '；', '：']).any(|clause| {
        let said = words(&without_code(clause));
        // `to use it` is why the file is changed.
        let to = said.first().is_some_and(|word| word == "to");
        !to && any_commands(&said) || has_dense_piece(&said)
    })
}

/// A text in which one odd word stands for each piece of code and address.
pub(super) fn without_code(text: &str) -> String {
    const INSTEAD: &str = " codeword ";
    let mut found = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((head, after)) = rest.split_once('`') {
        found.push_str(head);
        let Some((_, tail)) = after.split_once('`') else {
            rest = after;
            continue;
        };
        found.push_str(INSTEAD);
        rest = tail;
    }
    found.push_str(rest);
    if !found.contains(['/', '@']) {
        return found;
    }
    let is_address = |word: &str| word.contains("://") || word.contains('@');
    let plain = |word| if is_address(word) { INSTEAD } else { word };
    found.split_whitespace().map(plain).collect::<Vec<_>>().join(" ")
}

/// Whether words say only that something follows. A file is such a word only
/// where the one before is meant (`in the same file`).
fn is_connective(said: &[String]) -> bool {
    const LONGEST: usize = 8;
    let number = |word: &str| {
        word.len() <= 4 && word.starts_with(|c: char| c.is_ascii_digit())
    };
    let fits = |(i, word): (usize, &String)| {
        let before = i.checked_sub(1).and_then(|i| said.get(i));
        let before = before.map_or("", String::as_str);
        match word.as_str() {
            // Only a file that was named already is no new one.
            "file" => in_list(SAME, before),
            "another" => said.get(i + 1).is_some_and(|next| {
                matches!(
                    next.as_str(),
                    "change" | "edit" | "place" | "spot" | "one"
                )
            }),
            word => {
                in_list(CONNECTIVES, word)
                    || in_list(DENSE_CONNECTIVES, word)
                    || number(word)
                    || in_list(SAME, word)
            }
        }
    };
    said.len() <= LONGEST
        && said.iter().enumerate().all(fits)
        && !matches!(said, [the, rest @ ..] if the == "the" && rest.is_empty())
}

/// Whether a clause announces another file, a command or what it prints.
fn announces(clause: &str) -> bool {
    let said = words(clause);
    clause.split(',').any(|part| any_commands(&words(part)))
        || (0..said.len()).any(|i| means_file(&said, i))
        || names_dense(&said)
}

/// Whether one of the parts of a clause announces a command.
fn any_commands(said: &[String]) -> bool {
    commands(said)
        || said.split(|word| word == "and" || word == "then").any(commands)
}

/// Whether words announce a command or what it prints.
fn commands(said: &[String]) -> bool {
    let begin = said.iter().take_while(|word| is_opener(word)).count();
    let core = said.get(begin..).unwrap_or_default();
    is_command(core, said.len())
        || is_command(said, said.len())
        || said.iter().any(|word| in_list(ANYWHERE, word))
}

/// Words before the verb of a clause.
fn is_opener(word: &str) -> bool {
    const OPENERS: &str = "
     then and also next now first finally lastly please just you can should
     i'll we we'll let's so afterwards und dann puis ensuite luego after that
     this in the";
    in_list(OPENERS, word)
}

/// Whether the words of a clause announce a command. `from` and `before` are
/// such only if they are all that is said.
fn is_command(core: &[String], all: usize) -> bool {
    const PAST: &str = "
     before previously previous old original was from current currently";
    const EXACT: &str = "
     log logs error errors test results result example response request
     shell console command commands";
    let first = core.first().map_or("", String::as_str);
    let single = in_list(PAST, first) && all <= 3;
    let begun = begins_any(core, COMMANDS).is_some_and(|count| {
        let next = core.get(count).map_or("", String::as_str);
        match first {
            _ if in_list(PAST, first) => all <= 3,
            _ if count >= 2 => true,
            _ if in_list(EXACT, first) => {
                core.len() == count
                    || in_list(
                        "code usage output message server app it body case",
                        next,
                    )
            }
            _ => true,
        }
    });
    single || begun || core.windows(2).any(|two| {
        matches!(two, [a, b] if a == "run" && matches!(b.as_str(), "it" | "the" | "this" | "with"))
    })
}

/// Whether the word there means a file that is not the one before.
fn means_file(said: &[String], i: usize) -> bool {
    let at = |i: usize| said.get(i).map_or("", String::as_str);
    let (word, after) = (at(i), at(i + 1));
    let before = i.checked_sub(1).map_or("", at);
    let in_place = i.checked_sub(2).map_or("", at);
    let article = matches!(before, "the" | "der" | "die" | "el" | "le");
    if in_list(FILES, word) {
        // `in the file` goes on in it, `the file` begins one.
        let inside = article
            && in_list("file datei fichier archivo arquivo", word)
            && matches!(
                in_place,
                "in" | "of" | "to" | "inside" | "within" | "down"
            );
        return !in_list(SAME, before) && !inside && !in_list(NOT_FILES, after);
    }
    if in_list(NOTATIONS, word) {
        let placed =
            matches!(before, "in" | "the" | "and" | "some" | "" | "for");
        return placed && (after.is_empty() || i + 2 >= said.len());
    }
    match word {
        "other" | "another" => !in_list(OTHERS, after) && !after.is_empty(),
        "client" | "server" => matches!(after, "side" | "part" | "code" | ""),
        "test" if before.is_empty() => {
            matches!(after, "" | "case" | "cases" | "code" | "for")
        }
        "test" => {
            matches!(before, "a" | "the" | "unit" | "integration" | "new")
        }
        _ => {
            in_list(SIDES, word)
                || matches!(
                    word,
                    "autre"
                        | "otro"
                        | "otra"
                        | "outro"
                        | "altro"
                        | "andere"
                        | "anderen"
                        | "другой"
                        | "inny"
                        | "diğer"
                )
        }
    }
}

/// Whether words in a script without blanks announce a file or a command.
fn names_dense(said: &[String]) -> bool {
    const FILES: [&str; 4] = ["文件", "檔案", "ファイル", "파일"];
    const SAME: [&str; 9] =
        ["该", "此", "本", "同", "この", "その", "같은", "이 ", "这个"];
    let has = |word: &str, pieces: &[&str]| {
        pieces.iter().any(|piece| word.contains(piece))
    };
    has_dense_piece(said)
        || said.iter().any(|word| has(word, &FILES) && !has(word, &SAME))
}

/// Whether such words announce a command, its output or a part of a project.
fn has_dense_piece(said: &[String]) -> bool {
    said.iter()
        .filter(|word| word.chars().any(is_dense))
        .any(|word| has_piece(DENSE_ANNOUNCES, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connectives_are_told_from_words_and_announcements() {
        for text in
            ["Then:", "2.", "...", "Same file, second edit:", "然后：", ""]
        {
            assert_eq!(read(text), Quiet::Connective, "{text}");
        }
        for text in [
            "And replace the loop:",
            "Build it:",
            "A/B test first:",
            "Rename the field in the file:",
            "Check the file size:",
            "In the other branch:",
        ] {
            assert_eq!(read(text), Quiet::Words, "{text}");
        }
        for text in [
            "Now the other file:",
            "Run:",
            "Then run it:",
            "The stylesheet:",
            "別のファイル：",
            "Here is the SQL:",
            "Die andere Datei:",
            "Second file:",
        ] {
            assert_eq!(read(text), Quiet::Announces, "{text}");
        }
    }
}
