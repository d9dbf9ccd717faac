//! The few calls of LightGBM's C API that training needs, made safe. The only unsafe code of the crate.
//!
//! lightgbm3's own types are not used for training: its datasets cannot take parameters (`max_bin`), and its
//! loop neither reports progress nor rolls back to the best round.
#![expect(unsafe_code, reason = "LightGBM is a C library")]

use std::ffi::{CStr, CString, c_char, c_void};
use std::marker::PhantomData;
use std::ptr;

use lightgbm3_sys as sys;

use super::log;
use crate::model::Labelled;

/// LightGBM's own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("LightGBM: {0}")]
pub struct NativeError(String);

fn check(status: i32) -> Result<(), NativeError> {
    if status == 0 {
        return Ok(());
    }
    // SAFETY: LGBM_GetLastError returns a pointer to a NUL-terminated thread-local buffer, valid until the next
    // call on this thread; it is copied at once.
    let message = unsafe { CStr::from_ptr(sys::LGBM_GetLastError()) };
    Err(NativeError(message.to_string_lossy().into_owned()))
}

fn c_text(text: &str) -> Result<CString, NativeError> {
    CString::new(text).map_err(|_| NativeError("a text holds a NUL byte".into()))
}

fn c_size(size: usize, what: &str) -> Result<i32, NativeError> {
    i32::try_from(size).map_err(|_| NativeError(format!("{size} {what} are more than LightGBM can take")))
}

/// Binned rows with labels.
#[derive(Debug)]
pub struct Dataset {
    handle: sys::DatasetHandle,
    rows: usize,
}

/// Sends what LightGBM logs on this thread to [`log`] from now on.
pub fn route_log() -> Result<(), NativeError> {
    unsafe extern "C" fn take(piece: *const c_char) {
        // SAFETY: LightGBM hands over a NUL-terminated text that lives during the call; it is copied.
        log::take(&unsafe { CStr::from_ptr(piece) }.to_string_lossy());
    }
    // SAFETY: the function lives as long as the program, and unwinds never: it only appends to a text.
    check(unsafe { sys::LGBM_RegisterLogCallback(Some(take)) })
}

impl Dataset {
    /// Bins the rows as `parameters` say, or like `reference` when given.
    ///
    /// # Errors
    /// When LightGBM refuses the rows or the parameters.
    ///
    /// # Panics
    /// When there is not one label per row.
    pub fn new(rows: Labelled<'_>, parameters: &str, reference: Option<&Self>) -> Result<Self, NativeError> {
        let Labelled { features, labels } = rows;
        assert_eq!(features.rows(), labels.len(), "one label per row");
        let rows = c_size(features.rows(), "rows")?;
        let columns = c_size(features.columns(), "features")?;
        let parameters = c_text(parameters)?;
        let reference = reference.map_or(ptr::null_mut(), |dataset| dataset.handle);
        let mut handle = ptr::null_mut();
        // SAFETY: the pointer covers `rows * columns` f64 values, row-major as the flag 1 says, and LightGBM
        // copies them; `reference` is null or a live handle; `handle` receives the new dataset.
        check(unsafe {
            sys::LGBM_DatasetCreateFromMat(
                features.values().as_ptr().cast::<c_void>(),
                sys::C_API_DTYPE_FLOAT64 as i32,
                rows,
                columns,
                1,
                parameters.as_ptr(),
                reference,
                &mut handle,
            )
        })?;
        let mut dataset = Self { handle, rows: labels.len() };
        dataset.set_field(
            c"label",
            &labels.iter().map(|&label| f32::from(u8::from(label))).collect::<Vec<_>>(),
        )?;
        Ok(dataset)
    }

    /// Says how much each row counts.
    ///
    /// # Errors
    /// When LightGBM refuses a weight.
    ///
    /// # Panics
    /// When there is not one weight per row.
    pub fn set_weights(&mut self, weights: &[f32]) -> Result<(), NativeError> {
        self.set_field(c"weight", weights)
    }

    /// Says at which log-odds each row starts, instead of at the share of frauds.
    ///
    /// # Errors
    /// When LightGBM refuses them.
    ///
    /// # Panics
    /// When there is not one per row.
    pub fn set_start(&mut self, log_odds: &[f64]) -> Result<(), NativeError> {
        self.set_field(c"init_score", log_odds)
    }

    fn set_field<T: Field>(&mut self, name: &CStr, values: &[T]) -> Result<(), NativeError> {
        assert_eq!(values.len(), self.rows, "one value per row");
        // SAFETY: the handle is live; the pointer covers as many values of the type as is said, which LightGBM copies.
        check(unsafe {
            sys::LGBM_DatasetSetField(
                self.handle,
                name.as_ptr(),
                values.as_ptr().cast::<c_void>(),
                c_size(values.len(), "rows")?,
                T::TYPE as i32,
            )
        })
    }

    /// Names the features in the model text.
    ///
    /// # Errors
    /// When LightGBM refuses a name or there is not one per feature.
    pub fn name_features(&mut self, names: &[String]) -> Result<(), NativeError> {
        let texts = names.iter().map(|name| c_text(name)).collect::<Result<Vec<_>, _>>()?;
        let mut pointers: Vec<*const c_char> = texts.iter().map(|text| text.as_ptr()).collect();
        // SAFETY: `pointers` holds as many NUL-terminated texts as is said, alive during the call, which
        // copies them.
        check(unsafe {
            sys::LGBM_DatasetSetFeatureNames(
                self.handle,
                pointers.as_mut_ptr(),
                c_size(names.len(), "features")?,
            )
        })
    }
}

/// A type of values that LightGBM takes for rows.
trait Field {
    /// LightGBM's number for it.
    const TYPE: u32;
}

impl Field for f32 {
    const TYPE: u32 = sys::C_API_DTYPE_FLOAT32;
}

impl Field for f64 {
    const TYPE: u32 = sys::C_API_DTYPE_FLOAT64;
}

impl Drop for Dataset {
    fn drop(&mut self) {
        // SAFETY: the handle is live and freed only here; boosters that use it borrow it.
        let _ = unsafe { sys::LGBM_DatasetFree(self.handle) };
    }
}

/// A model in training, which reads `train` and follows some validation sets.
#[derive(Debug)]
pub struct Booster<'data> {
    handle: sys::BoosterHandle,
    /// Rows of each set that is followed.
    followed: Vec<usize>,
    datasets: PhantomData<&'data Dataset>,
}

impl<'data> Booster<'data> {
    /// Begins with no tree.
    ///
    /// # Errors
    /// When LightGBM refuses the parameters.
    pub fn new(
        train: &'data Dataset,
        followed: &'data [Dataset],
        parameters: &str,
    ) -> Result<Self, NativeError> {
        let parameters = c_text(parameters)?;
        let mut handle = ptr::null_mut();
        // SAFETY: `train` is live and, by the lifetime, outlives the booster; `handle` receives the booster.
        check(unsafe { sys::LGBM_BoosterCreate(train.handle, parameters.as_ptr(), &mut handle) })?;
        let mut booster = Self { handle, followed: Vec::new(), datasets: PhantomData };
        for dataset in followed {
            // SAFETY: both handles are live, and `dataset` outlives the booster.
            check(unsafe { sys::LGBM_BoosterAddValidData(booster.handle, dataset.handle) })?;
            booster.followed.push(dataset.rows);
        }
        Ok(booster)
    }

    /// Adds one round; true when no tree could be split any more.
    ///
    /// # Errors
    /// When LightGBM fails.
    pub fn update(&mut self) -> Result<bool, NativeError> {
        let mut finished = 0;
        // SAFETY: the handle is live and not shared (`&mut self`).
        check(unsafe { sys::LGBM_BoosterUpdateOneIter(self.handle, &mut finished) })?;
        Ok(finished == 1)
    }

    /// Writes the probabilities of the rows of the set number `set` among those followed, after the rounds so far, into
    /// `scores`.
    ///
    /// # Errors
    /// When LightGBM fails, or gives another number of scores than there are rows.
    ///
    /// # Panics
    /// When there is no such set.
    pub fn scores(&self, set: usize, scores: &mut Vec<f64>) -> Result<(), NativeError> {
        let rows = self.followed[set];
        // LightGBM's number 0 is the training set.
        let number = c_size(set + 1, "sets")?;
        let mut length = 0;
        // SAFETY: the handle is live, and the set of this number was added by `new`.
        check(unsafe { sys::LGBM_BoosterGetNumPredict(self.handle, number, &mut length) })?;
        if usize::try_from(length) != Ok(rows) {
            return Err(NativeError(format!("{length} scores for {rows} rows")));
        }
        scores.resize(rows, 0.0);
        // SAFETY: `scores` has room for the number of scores that LightGBM has just named.
        check(unsafe { sys::LGBM_BoosterGetPredict(self.handle, number, &mut length, scores.as_mut_ptr()) })
    }

    /// The first `rounds` rounds as LightGBM's model text.
    ///
    /// # Errors
    /// When LightGBM fails.
    pub fn model_text(&self, rounds: usize) -> Result<String, NativeError> {
        let rounds = c_size(rounds, "rounds")?;
        let mut buffer: Vec<u8> = vec![0; 1 << 20];
        loop {
            let mut needed = 0;
            // SAFETY: the handle is live, and LightGBM writes at most the length that it is told.
            check(unsafe {
                sys::LGBM_BoosterSaveModelToString(
                    self.handle,
                    0,
                    rounds,
                    0,
                    buffer.len() as i64,
                    &mut needed,
                    buffer.as_mut_ptr().cast::<c_char>(),
                )
            })?;
            let needed = usize::try_from(needed).map_err(|_| NativeError("a negative length".into()))?;
            if needed <= buffer.len() {
                buffer.truncate(needed.saturating_sub(1));
                return String::from_utf8(buffer).map_err(|_| NativeError("the model is not UTF-8".into()));
            }
            buffer.resize(needed, 0);
        }
    }
}

impl Drop for Booster<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle is live and freed only here.
        let _ = unsafe { sys::LGBM_BoosterFree(self.handle) };
    }
}
