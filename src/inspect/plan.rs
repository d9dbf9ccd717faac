//! What to read of a file, and as what: decided once by the survey and by what the user said.

use std::path::Path;

use super::reading::Read;
use super::timeline::{Clock, TimeFacts};
use crate::dataset::{
    self, ColumnKind, ColumnSurvey, DatasetError, Distinct, MOST_CATEGORIES, SchemaOptions, Survey,
    SurveyOptions,
};
use crate::domain::TimeFormat;
use crate::features::{Columns, InputKind};
use crate::progress::Progress;

/// Distinct numbers up to which each is counted, as words are.
const FEW_NUMBERS: u64 = 30;

/// The columns, and the parts they play.
pub(super) struct Plan {
    pub(super) kind: InputKind,
    pub(super) parts: Columns,
    pub(super) survey: Survey,
    /// The label's place in the survey, and its word for fraud.
    pub(super) label: Option<usize>,
    pub(super) positive: Option<String>,
    /// The time's place in the survey, and how it is read.
    pub(super) clock: Option<(usize, Clock)>,
    /// Places of all columns but the label.
    pub(super) columns: Vec<usize>,
    /// Columns without which rows were compared.
    pub(super) apart_from: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Plan {
    pub(super) fn new(
        path: &Path,
        options: &SchemaOptions,
        progress: &dyn Progress,
    ) -> Result<Self, DatasetError> {
        let header = dataset::header(path)?;
        let (kind, parts) = dataset::parts(path, &header, options)?;
        let kept: Vec<String> = header.into_iter().filter(|name| !options.drop.contains(name)).collect();
        if kept.is_empty() {
            return Err(DatasetError::Unusable {
                path: path.to_owned(),
                why: "no column is left to look at".into(),
            });
        }
        let apart = |name: &&String| Some(*name) == parts.label.as_ref() || Some(*name) == parts.id.as_ref();
        let compared: Vec<String> = kept.iter().filter(|name| !apart(name)).cloned().collect();
        let apart_from = parts.id.iter().cloned().collect();
        let looked = SurveyOptions { columns: Some(&kept), hashed: Some(&compared), label: None };
        let mut survey = dataset::survey(path, looked, progress)?;
        for column in survey.columns.iter_mut().filter(|column| options.categories.contains(&column.name)) {
            // More of them than are counted by themselves remain what they look like.
            if column.distinct.count() <= MOST_CATEGORIES && column.kind != ColumnKind::Empty {
                (column.kind, column.whole, column.range) = (ColumnKind::Category, false, None);
                column.warnings.clear();
            }
        }
        // Who pays and where are names in an event log, whatever they look like.
        let names = [&parts.id, &parts.customer, &parts.terminal];
        let is_name = |column: &&ColumnSurvey| {
            kind == InputKind::Transactions && names.contains(&&Some(column.name.clone()))
        };
        let warned = survey.columns.iter().filter(|column| !is_name(column));
        let warnings = warned.flat_map(|column| column.warnings.clone()).collect();
        let positive = options.positive.clone();
        let mut plan = Self {
            kind,
            parts,
            survey,
            label: None,
            positive,
            clock: None,
            columns: Vec::new(),
            apart_from,
            warnings,
        };
        let given = |part: &str| options.map.iter().any(|(mapped, _)| mapped == part);
        plan.choose_label(options.label.is_some() || given("label"));
        plan.choose_clock(options.time.is_some() || given("time"));
        plan.columns = (0..plan.survey.columns.len()).filter(|&place| Some(place) != plan.label).collect();
        Ok(plan)
    }

    fn place(&self, name: Option<&String>) -> Option<usize> {
        self.survey.columns.iter().position(|column| Some(&column.name) == name)
    }

    /// A column that only has the name of a label need not be one.
    fn choose_label(&mut self, given: bool) {
        let Some(place) = self.place(self.parts.label.as_ref()) else {
            self.parts.label = None;
            return;
        };
        let column = &self.survey.columns[place];
        let zero_or_one = column.whole && column.range.is_some_and(|(from, to)| from >= 0.0 && to <= 1.0);
        if given || self.positive.is_some() || column.kind == ColumnKind::Boolean || zero_or_one {
            self.label = Some(place);
        } else {
            self.warnings.push(format!(
                "column {:?} is called like a label but is not 0/1 or true/false; if it is one, --label {} --positive \
                 VALUE says which value is fraud",
                column.name, column.name
            ));
            self.parts.label = None;
        }
    }

    /// The column that says when; without a name for it, the only one that holds times.
    fn choose_clock(&mut self, given: bool) {
        let columns = &self.survey.columns;
        let times = |column: &ColumnSurvey| matches!(column.kind, ColumnKind::Time(_));
        let only = || match columns.iter().filter(|column| times(column)).count() {
            1 => columns.iter().position(times),
            _ => None,
        };
        let place = self.place(self.parts.time.as_ref()).or_else(only);
        let Some(place) = place.filter(|&place| Some(place) != self.label) else {
            self.parts.time = None;
            return;
        };
        let column = &columns[place];
        match (Clock::of(column), given) {
            (Some(clock), _) => {
                self.parts.time = Some(column.name.clone());
                self.clock = Some((place, clock));
            }
            (None, true) => {
                let name = &column.name;
                self.warnings.push(format!(
                    "column {name:?} holds no times that can be read: rows are taken by their place"
                ));
                self.parts.time = None;
            }
            (None, false) => self.parts.time = None,
        }
    }

    pub(super) fn column(&self, place: usize) -> &ColumnSurvey {
        &self.survey.columns[place]
    }

    pub(super) fn label_name(&self) -> Option<&str> {
        self.label.map(|place| self.column(place).name.as_str())
    }

    /// Which part a column plays, the label aside.
    pub(super) fn part(&self, name: &str) -> Option<&'static str> {
        let parts = &self.parts;
        let all = [
            ("id", &parts.id),
            ("time", &parts.time),
            ("customer", &parts.customer),
            ("terminal", &parts.terminal),
            ("amount", &parts.amount),
            ("latitude", &parts.latitude),
            ("longitude", &parts.longitude),
        ];
        all.into_iter().find(|(_, column)| column.as_deref() == Some(name)).map(|(part, _)| part)
    }

    /// How the cells of a column are taken.
    pub(super) fn cells(&self, place: usize) -> Cells {
        let column = self.column(place);
        let few = matches!(column.distinct, Distinct::Exactly(count) if count <= FEW_NUMBERS);
        match column.kind {
            ColumnKind::Number => Cells::Numbers { counted: few, infinite: column.infinite > 0 },
            ColumnKind::Time(format) => Cells::Times(format),
            ColumnKind::Boolean | ColumnKind::Category => Cells::Words,
            ColumnKind::Text | ColumnKind::Empty => Cells::Missing,
        }
    }

    pub(super) fn time_facts(&self, read: &Read) -> Option<TimeFacts> {
        self.clock.as_ref().map(|(place, clock)| clock.facts(&self.column(*place).name, read.without_time))
    }
}

/// How the cells of a column are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cells {
    /// As numbers; each value counted by itself when they are few, infinite ones taken as missing.
    Numbers { counted: bool, infinite: bool },
    /// As seconds since 1970.
    Times(TimeFormat),
    /// As words, each counted by itself.
    Words,
    /// Only whether they are there.
    Missing,
}
