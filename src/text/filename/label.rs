//! Labels before names: the words between the beginning of a line and a name
//! flow in, a yes flows out if they only say that a file is named (`File 2:`,
//! `New file`, `Pfad:`, `修改文件：`).

use super::words::{in_list, is_dense, longest_piece, words};

/// Words of any language that mean a file or the way to it.
const NOUNS: &str = "
 file files filename title file-name filepath file-path file_path file_name path
 pathname destination location target filetitle
 quelldatei ort datei dateiname dateipfad pfad speicherort zieldatei
 fichier fichiers chemin emplacement
 archivo fichero ruta ubicación archivos
 arquivo ficheiro caminho localização
 percorso nomefile
 bestand bestandsnaam bestandspad pad
 plik ścieżka pliku lokalizacja
 soubor cesta súbor
 fil filnavn filnamn filväg sökväg sti filsti
 tiedosto polku fájl fájlnév útvonal fișier fisier cale
 файл файла расположение путь имя шлях файлу файлът
 dosya dosyası yol yolu tệp tập dẫn berkas αρχείο διαδρομή
 ملف الملف مسار קובץ נתיב फ़ाइल फाइल पथ ไฟล์ เส้นทาง";

/// Words of any language that say what is done to the file, as a label.
const VERBS: &str = "
 edit create update modify change add patch write replace rewrite fix extend
 adjust implement insert put place apply goes written save amend revise refactor append
 created updated modified changed edited added patched rewritten replaced
 revised fixed refactored writefile next
 ändern bearbeiten anlegen erstellen aktualisieren geändert aktualisiert
 modifier créer modifié ajouter ajouté créé
 à-modifier modificar crear editar actualizar modificado creado actualizado editado
 criar atualizar alterar modificado criado atualizado alterado
 modificare creare aggiornare modificato creato aggiornato
 wijzigen bijwerken aanmaken gewijzigd bijgewerkt
 изменить создать обновить изменён изменен создан обновлён обновлен
 zmień utwórz edytuj zmieniony nowy upravit vytvořit
 güncelle oluştur düzenle sửa tạo";

/// Nouns of what stands in a file, before `of`, `in`, `to` or `for`.
const CONTENTS: &str = "
 code content contents change changes edit edits patch fix fixes update updates
 modification modifications addition additions diff implementation source
 version snippet änderungen änderung inhalt code modifications contenu cambios
 contenido alterações conteúdo modifiche contenuto wijzigingen inhoud изменения
 содержимое zmiany zawartość";

/// What may stand before such words.
const ADJECTIVES: &str = "
 working being relative absolute aangepast upravený değiştirilen neu new existing full complete final main source target whole entire current-file
 neue neuer geänderte nouveau nouvelle nuevo nueva novo nova nuovo nuova nieuw
 nieuwe nowy nový nová ny nytt uusi új nou новый измененный изменённый yeni mới
 single corresponding relevant affected project test config configuration
 script module component
 vollständige complet completo kompletny";

/// Words that tie the others together.
const TIES: &str = "
 zur naar adı název name nom nombre nome naam nazwa název named path of to in for as the this title number no nr du de del do da a à al tên đến der
 den di đường för nazwa название к в le el o il la em en nel tin mục";

/// Words that number a label.
const NUMBERED: &str = "
 step part phase section item task change edit schritt teil étape paso passo
 stap krok шаг step-by-step block";

/// Numbers as words.
const NUMBERS: &str = "
 one two three four five six seven eight nine ten first second third fourth
 fifth last final eins zwei drei vier fünf un deux trois uno dos tres";

/// Pieces of labels in scripts without blanks.
const DENSE: &str = "
 文件路径 文件名称 文件名 文件 路径 名称 檔案名稱 檔案路徑 檔案 路徑 檔名 新建 新增 新的 新 修改 更新 创建 建立 编辑
 編輯 目标 目標 完整 添加 替换 步骤 第 步 个 在 打开 ファイルパス ファイル名 ファイル パス 場所 新規作成 新規 作成
 変更 編集 更新する 修正 対象 新しい の 파일명 파일 경로 수정 이름 새 文件位置 位置 的 后的 后 需要 要 代码 代碼
 生成 생성 할 위치";

/// Pieces among them that say nothing alone.
const DENSE_TIES: &str = "
 的 后的 需要 要 代码 代碼 新的 新 完整 目标 目標 第 步 个 の 在 新しい 새";

/// Whether a word is a label's noun by itself: the text before `=` or a
/// colon without a blank.
pub(super) fn is_noun(word: &str) -> bool {
    let lower = word.to_lowercase();
    in_list(NOUNS, &lower) || dense(&lower) == Some(true)
}

/// Words for what a file is, which are labels only before a colon.
const KINDS: &str = "
 script module component document stylesheet template configuration config";

/// How a label ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// The words before the name are a label, and a colon or the like, or
    /// emphasis, parts it from the name.
    Parted,
    /// The words are a label, and only a blank stands between it and the
    /// name, so that they could be part of a name with blanks.
    Joined,
}

/// Reads the text before a name, without the marks of lists and headings:
/// nothing if it is no label.
pub(super) fn read(before: &str) -> Option<Label> {
    let said = words(before);
    if said.is_empty() || said.len() > 8 {
        return None;
    }
    let mut counts = false;
    for (i, word) in said.iter().enumerate() {
        let previous = i.checked_sub(1).and_then(|i| said.get(i));
        counts |= speaks(word, previous.map(String::as_str))?;
    }
    let first = said.first().map_or("", String::as_str);
    let last = said.last().map_or("", String::as_str);
    let text = before.trim_end_matches([' ', '\t']);
    let parted = !text.ends_with(|c: char| c.is_alphanumeric());
    let colon = text.trim_end_matches(['*', '_', '`', '"', ' ']);
    let is_kind = colon.ends_with([':', '：']) && in_list(KINDS, last);
    counts |= is_kind && said.len() <= 2;
    let tied = matches!(last, "to" | "in" | "for" | "of" | "as");
    // `next to` is a place, and `modified:   ` a line of `git status`.
    let next_to = tied && said.iter().any(|word| word == "next");
    let status = before.contains(":  ") || before.contains(":\t");
    // `In file` is a label, `In addition to` is none.
    let begun = matches!(first, "to" | "in" | "for" | "of" | "as");
    let plain = |word: &String| {
        in_list(NOUNS, word) || in_list(ADJECTIVES, word) || word == "the"
    };
    let loose = begun && !said.iter().skip(1).all(plain);
    if !counts || next_to || status || loose {
        return None;
    }
    let numbered = said.iter().any(|w| w.bytes().any(|b| b.is_ascii_digit()));
    Some(match parted || numbered || tied {
        true => Label::Parted,
        // `diff src/a.py` is a command.
        false
            if said
                .iter()
                .all(|w| in_list(CONTENTS, w) && !in_list(VERBS, w)) =>
        {
            return None;
        }
        false => Label::Joined,
    })
}

/// Whether a word of a label says by itself that a file is named; nothing if
/// it is no word of a label.
fn speaks(word: &str, previous: Option<&str>) -> Option<bool> {
    let lists = |list| in_list(list, word);
    if lists(NOUNS) || lists(VERBS) || lists(CONTENTS) {
        return Some(true);
    }
    if let Some(counts) = dense(word) {
        return Some(counts);
    }
    let number =
        word.trim_start_matches('v').bytes().all(|b| b.is_ascii_digit());
    // `1st` and `2a`, but not any word with a digit.
    let ordinal =
        word.len() <= 4 && word.starts_with(|c: char| c.is_ascii_digit());
    let counted = in_list(NUMBERS, word)
        && previous.is_none_or(|p| in_list(NUMBERED, p) || in_list(NOUNS, p));
    // A bare `new` counts before a name, as `New: a.py`.
    let alone = previous.is_none() && lists(ADJECTIVES);
    (number
        || ordinal
        || counted
        || lists(ADJECTIVES)
        || lists(TIES)
        || lists(NUMBERED))
    .then_some(alone && is_news(word))
}

/// Whether a word says that something is new.
pub(super) fn is_news(word: &str) -> bool {
    const NEWS: &str = "
     new create created creating neu neue neuer anlegen erstellen erstelle
     nouveau nouvelle créer créez nuevo nueva crear crea novo nova criar crie
     nuovo nuova creare nieuw nieuwe aanmaken maak nowy nowa utwórz nový nová
     vytvořte ny nytt новый создать создайте yeni oluştur mới tạo";
    in_list(NEWS, word)
        || word.chars().any(is_dense)
            && ["新", "创建", "建立", "作成", "새", "생성"]
                .iter()
                .any(|n| word.contains(n))
}

/// Whether a word in a script without blanks is a label, and speaks by
/// itself; nothing if it is none.
fn dense(word: &str) -> Option<bool> {
    if !word.starts_with(is_dense) {
        return None;
    }
    let mut rest = word;
    let mut counts = false;
    while !rest.is_empty() {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if digits.len() < rest.len() {
            rest = digits;
            continue;
        }
        let piece = longest_piece(DENSE, rest)?;
        counts |= !in_list(DENSE_TIES, piece);
        rest = rest.strip_prefix(piece)?;
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_many_languages_are_labels() {
        for text in [
            "File:",
            "**New file:** ",
            "Filename =",
            "Save as: ",
            "Code for ",
            "File 3/4 — ",
            "Neue Datei: ",
            "Nom du fichier : ",
            "修改文件：",
            "文件 1：",
            "ファイル名: ",
            "Имя файла: ",
            "Step 2 - Update ",
            "Changes in: ",
            "Path to file: ",
            "%%writefile ",
            "Next: ",
            "1.4 Change file: ",
        ] {
            assert!(read(text).is_some(), "{text}");
        }
    }

    #[test]
    fn other_words_are_no_labels() {
        for text in [
            "Run ", "See ", "In ", "The ", "Output: ", "Final ", "My ", "",
            "2 ",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
