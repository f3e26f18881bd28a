//! Units of a diff, done one after the other.

use anyhow::Error;

use tornkit::diff::{Event, Rejected, Unit};
use tornkit::edit::{FromUnit, NoUnit, Operation, Shift, from_unit};
use tornkit::report::result::{Outcome, ResultLine};
use tornkit::span::Place;

use crate::session::{Session, result_line};

impl Session<'_> {
    pub(crate) fn take_unit(&mut self, event: Event<'_>) -> Result<(), Error> {
        match event {
            Event::Unit(unit) => self.take_whole(&unit)?,
            Event::Rejected(bad) => self.document.waiting.push(rejected(&bad)),
        }
        self.commit_if_due()
    }

    fn take_whole(&mut self, unit: &Unit<'_>) -> Result<(), Error> {
        let at = Place { byte: unit.span.start, line: unit.line };
        if unit.is_first {
            self.document.shift = Shift::default();
        }
        match from_unit(unit, self.document.shift, &self.names) {
            Ok(FromUnit::One(operation)) => {
                self.take_operation(operation, at)?;
            }
            Ok(FromUnit::Both(first, second)) => {
                self.take_both(first, second, at)?;
            }
            Err(why) => self.document.waiting.push(not_done(unit, why, at)),
        }
        // What failed moved nothing; what is held is thought to be done.
        let last = self.document.waiting.last();
        let status = last.map(|line| line.outcome.status);
        if self.args.atomic || status.is_some_and(|status| status.is_good()) {
            self.document.shift.add(unit);
        }
        Ok(())
    }

    /// Does the second only if the first was done; the result is one.
    pub(crate) fn take_both(
        &mut self,
        first: Operation,
        second: Operation,
        at: Place,
    ) -> Result<(), Error> {
        if self.args.atomic {
            self.take_operation(first, at)?;
            return self.take_operation(second, at);
        }
        let outcome = self.perform(&first)?;
        if outcome.status.is_good() {
            return self.take_operation(second, at);
        }
        let line = ResultLine { outcome, ..result_line(&second, at) };
        self.document.waiting.push(line);
        Ok(())
    }
}

fn not_done(unit: &Unit<'_>, why: NoUnit, at: Place) -> ResultLine {
    let outcome = match why {
        NoUnit::Name(name) => Outcome::refused(name.code(), name),
        why => Outcome::failed(why.code(), why),
    };
    let path = String::from_utf8_lossy(unit.file.path()).into_owned();
    ResultLine {
        op: Some("modify".to_owned()),
        file_path: Some(path),
        new_path: None,
        outcome,
        at,
    }
}

fn rejected(bad: &Rejected) -> ResultLine {
    let path = bad.path.as_deref().map(String::from_utf8_lossy);
    ResultLine {
        op: None,
        file_path: path.map(std::borrow::Cow::into_owned),
        new_path: None,
        outcome: Outcome::failed("rejected-hunk", bad.reason.describe()),
        at: Place { byte: bad.span.start, line: bad.line },
    }
}
