use std::{collections::HashMap, env, fs, io};

fn main() {}
