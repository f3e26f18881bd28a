//! Sentences of other languages than English that say which file is changed.
//! A few forms a language; any other sentence only mentions the name.

use super::words::{
    begins_any, has_piece, in_list, is_dense, longest_piece, words,
};

/// What leads to a name as to a place, presents it, or opens it.
const PLACES: &str = "
 in der datei|in der|im skript|im|in|in deiner|öffne|öffnen sie|ouvrez|abre|
 abra|apri|open|otwórz|откройте|otevřete|mở|hier ist|hier die|hier kommt|voici|
 aquí está|aquí tienes|aqui está|ecco|hier is|oto|вот|zde je|işte|đây là|
 dans|dans le fichier|dans ton|dans votre|en|en el archivo|en el fichero|en tu|
 en su|no arquivo|no ficheiro|em|em seu|nel file|nel|in het bestand|
 w pliku|w|v souboru|v|в файле|в|у файлі|во файле|i filen|i fila|în fișierul|
 dosyasında|trong tệp|trong file|trong|tiedostossa|a fájlban";

/// Verbs of which the file is the object.
const VERBS: &str = "
 ändere|aktualisiere|bearbeite|erstelle|ergänze|passe|erweitere|ersetze in|
 füge in|füge dies in|füge das in|füge folgendes in|schreibe in|ergänze in|
 aktualisieren sie|ändern sie|erstellen sie|bearbeiten sie|
 modifiez|modifie|créez|crée|mettez à jour|éditez|ajoutez à|complétez|
 ajoutez ceci à|ajoutez ceci dans|ajoutez ce code à|ajoutez ce code dans|
 modifica|modifique|edita|edite|crea|cree|actualiza|actualice|
 agrega esto a|agrega esto en|añade esto a|añade esto en|
 atualize|crie|altere|adicione isto a|adicione isto em|aggiorna|
 aggiungi questo a|bewerk|wijzig|maak|voeg dit toe aan|zmień|edytuj|utwórz|
 zaktualizuj|zmodyfikuj|dodaj to do|
 измените|создайте|обновите|отредактируйте|измени|создай|обнови|добавьте в|
 добавьте это в|upravte|vytvořte|uprav|vytvoř|güncelle|oluştur|düzenle|
 sửa|tạo|cập nhật|ändra|skapa|uppdatera|rediger|opret|opprett|oppdater";

/// Words between such a head and the name.
const BETWEEN: &str = "
 datei die der das den neue eine skript le la les el los un une uno una nuevo
 nouveau nueva novo nova o a os il lo fichier archivo fichero arquivo ficheiro
 file bestand plik pliku het de een nieuw nieuwe nowy soubor nový файл новый
 filen fila fil tệp mới tin aktualisierte vollständige geänderte ganze
 mise actualizado atualizado aggiornato";

/// Words before the head.
const OPENERS: &str = "
 jetzt nun dann danach zuerst als nächstes bitte und außerdem auch zunächst
 maintenant puis ensuite et enfin ahora luego después y también primero agora
 depois e também primeiro ora poi infine anche ma nu daarna eerst en teraz
 następnie potem i теперь затем потом и также сначала nyní pak a şimdi sonra
 bây giờ";

/// Beginnings of verbs of change after the name.
const STEMS: &str = "
 änder hinzu folgt füg ergänz ersetz pass schreib streich ajout modif remplac chang insér
 insèr mett écri añad agreg cambi reemplaz sustitu escrib pon inser aggiung
 sostitu adicion alter substitu mud coloqu escrev dodaj zmień zmieniamy zastąp
 wstaw добав измен замен встав пропи напи voeg wijzig vervang zet přid změň nahraď
 vlož ekle değiş güncel thêm sửa thay lägg byt legg endre tilføj anleg erstell
 bearbeit aktualis anpass einfüg hinzufüg créer crear criar creare upd wird
 werden folgend suivant siguiente seguinte seguente следующ";

/// Pieces before a name in scripts without blanks.
const DENSE_HEADS: &str = "
 把 下面是 以下是 这是 更新后的 以下は 在 请 現在 现在 然后 接着 接下来 首先 最后 再 打开 修改 更新 编辑 创建 新建
 文件 一个 新的 新 中 编写 次に まず では ファイル 新規 다음으로 먼저 이제 파일 새 编辑文件 将";

/// Pieces after it that say that it is changed.
const DENSE_CHANGES: &str = "
 修改 更新 添加 加入 替换 增加 改为 改成 如下 插入 写入 新增 变更 编辑 创建 内容 加上 変更 追加 修正 編集
 書き換え 置き換え 作成 更新し 以下 次のように 加え 推加 수정 추가 변경 교체 작성 생성 만들 바꾸 바꿉 다음과";

/// Whether words lead to a name as to a place, or present or open it.
pub(super) fn is_place(said: &[String]) -> bool {
    let dense = |said: &[String]| {
        !said.is_empty() && said.iter().all(|word| is_dense_head(word))
    };
    is_led(said, PLACES) || dense(said)
}

/// Whether words are a verb of which the file is the object.
pub(super) fn is_verb(said: &[String]) -> bool {
    is_led(said, VERBS)
}

/// Whether words are only such as stand before a head.
pub(super) fn are_openers(said: &[String]) -> bool {
    said.iter().all(|word| word == "," || in_list(OPENERS, word))
}

/// Whether words are openers, a head of a list, and articles.
fn is_led(said: &[String], heads: &str) -> bool {
    let openers = said
        .iter()
        .take_while(|word| *word == "," || in_list(OPENERS, word))
        .count();
    let between = |words: &[String]| {
        words.len() <= 3 && words.iter().all(|word| in_list(BETWEEN, word))
    };
    // Some openers of one language lead to the name in another (`en`).
    (0..=openers).any(|skipped| {
        let rest = said.get(skipped..).unwrap_or_default();
        let count = begins_any(rest, heads);
        count.is_some_and(|count| rest.get(count..).is_some_and(between))
    })
}

/// Whether a word in a script without blanks consists of pieces of heads.
fn is_dense_head(word: &str) -> bool {
    if !word.starts_with(is_dense) {
        return false;
    }
    let mut rest = word;
    while !rest.is_empty() {
        let Some(piece) = longest_piece(DENSE_HEADS, rest) else {
            return false;
        };
        rest = rest.strip_prefix(piece).unwrap_or_default();
    }
    true
}

/// Whether what follows the name says that it is changed, or nothing.
pub(super) fn follows(after: &str) -> bool {
    let said = words(after);
    let small = |word: &String| {
        word.chars().all(is_dense) && word.chars().count() <= 2
            || in_list(BETWEEN, word)
    };
    said.is_empty()
        || said.iter().all(small)
        || said.iter().any(|word| {
            STEMS.split_ascii_whitespace().any(|stem| word.starts_with(stem))
        })
        || is_changed(after)
}

/// Whether what follows `In NAME` begins with a verb of change of a language
/// that says `in` as well.
pub(super) fn begins_change(after: &str) -> bool {
    const STEMS: &str = "
     änder füg ergänz ersetz schreib pass aktualis aggiung sostitu modific
     cambi inser voeg wijzig vervang";
    let first = words(after).into_iter().next().unwrap_or_default();
    // `passes`, `inserts` and `modifications` are English.
    let english = in_list("pass passes passed insert inserts inserted", &first);
    !english
        && !first.ends_with("ations")
        && STEMS.split_ascii_whitespace().any(|stem| first.starts_with(stem))
}

/// Whether a text in a script without blanks says that the file before it is
/// changed.
pub(super) fn is_changed(after: &str) -> bool {
    after.contains(is_dense) && has_piece(DENSE_CHANGES, after)
}

/// Whether one word after a labelled name is a verb of change, as in `Datei
/// NAME anlegen`.
pub(super) fn is_infinitive(said: &[String]) -> bool {
    const VERBS: &str = "
     anlegen erstellen ändern anpassen bearbeiten ergänzen aktualisieren
     erweitern ersetzen schreiben überschreiben neu bijwerken aanmaken wijzigen
     aanpassen bewerken oluştur güncelle düzenle oluşturun güncelleyin";
    matches!(said, [one] if in_list(VERBS, one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::filename::words::with_commas;

    #[test]
    fn heads_of_other_languages_are_read_as_a_whole() {
        for text in [
            "In der Datei",
            "Dans",
            "En el archivo",
            "W pliku",
            "修改",
            "在",
            "请打开",
            "Jetzt, in der Datei",
            "Créez le fichier",
            "Измените файл",
            "次に",
        ] {
            let said = with_commas(text);
            assert!(is_place(&said) || is_verb(&said), "{text}");
        }
        for text in [
            "Ohne",
            "Wie in der",
            "Supprimez",
            "Der Fehler in",
            "参考",
            "Como en",
        ] {
            let said = with_commas(text);
            assert!(!is_place(&said) && !is_verb(&said), "{text}");
        }
        assert!(follows(" ändern wir den Port:"));
        assert!(!follows(" steht der Port:"));
    }
}
