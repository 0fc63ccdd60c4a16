use std::{fs, io};
