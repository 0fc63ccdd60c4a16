use std::io;
use std::fs;
