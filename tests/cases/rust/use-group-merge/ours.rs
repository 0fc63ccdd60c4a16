use std::io;
use std::fs;
use std::path::{Path, PathBuf};
