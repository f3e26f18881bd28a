//! Words that say a file is not what stands below its name: words flow in, a
//! yes flows out. They count only beside a name.

use super::words::{has_piece, in_list, is_dense, words};

/// Words for deleted, old, or to be left alone, and for what a program says.
const GONE: &str = "
 old older prior was were drop before previous previously original originally current currently
 former formerly obsolete deprecated legacy outdated deleted delete deletes
 deleting removed remove removes removing removal erased dropped backup backed
 broken buggy wrong incorrect bad renamed moved unused discarded reverted
 today's no-longer previous-version pre-change rm gone dead weg away trash
 gelöscht löschen lösche entfernt entfernen alt alte alter altes vorher bisher
 bisherige ursprünglich ursprüngliche veraltet umbenannt
 supprimé supprimée supprimer supprimez effacé ancien ancienne avant originale
 obsolète précédent
 eliminado eliminada eliminar elimina borrado borrar antiguo antigua antes
 viejo vieja anterior obsoleto
 removido removida remover excluído excluída excluir apagado antigo antiga velho
 eliminato eliminata rimosso rimossa rimuovere elimina vecchio vecchia prima
 originale obsoleta
 verwijderd verwijderen verwijder oud oude voorheen vorige oorspronkelijk
 usunięty usunięte usuń stary stara stare przed poprzedni poprzednia
 удалён удален удалить удалите удалена старый старая старое прежний исходный до
 smazaný smazáno odstraněno starý staré původní před odstranit
 silindi sil eski önce önceki đã-xóa xóa cũ trước
 slettet fjernet gammel før borttagen raderad gammal före";

/// Beginnings of words of any language that say the same.
const STEMS: &str = "
 delet remov obsolet deprecat outdat superse scrap discard revert original
 previous replaced replaces unused gelösch entfern veralt ursprüng früher bisherig
 supprim effac ancien précéd elimin borra antigu anteri obsolet remov exclu
 antig rimoss vecchi preced verwijder oorspronkelijk usuni usuwa wyrzuc skasow
 poprzedn pierwotn smaz odstran původn předchoz удал старо стары прежн исходн
 устар önceki silin slette fjern borttag rader korábbi törölt poistett vanha
 șters vechi";

/// Pieces in scripts without blanks that say the same.
const DENSE: &str = "
 廃 旧 原 作废 弃用 去除 撤销 消去 撤去 예전 원본 제거
 删除 刪除 移除 旧 舊 之前 原来 原始 修改前 变更前 已废弃 废弃 削除 変更前 修正前 古い 以前 元の 삭제 이전 기존
 変える前 当前";

/// Words for what is no content of the file.
const SHOWN: &str = "
 output outputs usage log logs error errors traceback stdout stderr result
 results run running example-output prints shell command commands terminal
 ausgabe sortie salida saída uitvoer wynik вывод";

/// Words that turn a sentence round.
const NEGATIVE: &str = "
 not no-one never without nothing neither nor don't doesn't didn't isn't aren't
 won't shouldn't can't cannot mustn't wouldn't needn't dont leave unlike
 instead unless nicht kein keine ohne ne pas sans sin nunca jamás sem não non
 senza niet geen zonder nie bez не без değil không";

/// Whether words beside a name say that the file is old or gone.
pub(super) fn says_gone(said: &[String]) -> bool {
    said.iter().any(|word| is_gone(word))
        || said.windows(2).any(|two| {
            matches!(two, [a, b] if matches!((a.as_str(), b.as_str()),
                ("no", "longer") | ("to", "delete") | ("for", "reference")
                | ("do", "not") | ("as", "is") | ("đã", "xóa")))
        })
}

/// Whether one word says that something is old or gone.
fn is_gone(word: &str) -> bool {
    let mut stems = STEMS.split_ascii_whitespace();
    in_list(GONE, word)
        || stems.any(|stem| word.starts_with(stem))
        || is_gone_dense(word)
}

/// Whether a word in a script without blanks says so.
fn is_gone_dense(word: &str) -> bool {
    word.chars().any(is_dense) && has_piece(DENSE, word)
}

/// Whether words beside a name say that what stands below is shown by a
/// program and does not stand in the file.
pub(super) fn says_shown(said: &[String]) -> bool {
    said.iter().any(|word| in_list(SHOWN, word))
        || said.iter().any(|word| {
            ["输出", "运行", "结果", "出力", "実行", "출력", "실행"]
                .iter()
                .any(|piece| word.contains(piece))
        })
}

/// Whether a sentence is turned round.
pub(super) fn is_negative(said: &[String]) -> bool {
    said.iter().any(|word| {
        in_list(NEGATIVE, word)
            || word.chars().any(is_dense)
                && ["不", "没有", "ない", "않", "无需"]
                    .iter()
                    .any(|p| word.contains(p))
    })
}

/// Whether a line tells that the file named above it is deleted: `Action:
/// delete`, `Status: removed`.
pub(super) fn is_deletion(line: &str) -> bool {
    const ABOUT: &str = "
     action operation op status type mode kind change aktion operación ação
     azione actie действие 操作 动作 状态 アクション";
    const DELETED: &str = "
     delete deleted remove removed del rm d drop gelöscht löschen supprimer
     supprimé eliminar eliminado remover removido удалить удалён удален 删除 移除
     削除 삭제";
    match words(line).as_slice() {
        [about, rest @ ..] if rest.len() <= 2 => {
            in_list(ABOUT, about)
                && rest.iter().any(|word| in_list(DELETED, word))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_old_and_deleted_are_known() {
        for text in
            ["(removed)", "— gelöscht", "（削除）", "the old", "no longer"]
        {
            assert!(says_gone(&words(text)), "{text}");
        }
        for text in ["(new)", "updated", "no changes", "v2"] {
            assert!(!says_gone(&words(text)), "{text}");
        }
        assert!(is_deletion("**Action:** delete"));
        assert!(!is_deletion("Action: update"));
    }
}
