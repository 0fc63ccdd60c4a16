use std::{fs, io, path};
