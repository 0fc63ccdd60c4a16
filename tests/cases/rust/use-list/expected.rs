use std::{fs, io, mem, path};
