use std::io;
use std::fs;
use std::env;
