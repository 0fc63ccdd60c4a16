fn f(x: u8) -> u8 {
    match x {
        0 => 1,
<<<<<<< ours
        1 => 3,
||||||| base
=======
        2 => 5,
>>>>>>> theirs
        _ => 2,
    }
}
