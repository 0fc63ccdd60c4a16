use std::{fs, io, mem};
