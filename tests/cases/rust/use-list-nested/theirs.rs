use std::{collections::HashMap, env, io};

fn main() {}
