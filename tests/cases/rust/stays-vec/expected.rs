fn f() {
<<<<<<< ours
    let x = vec![1, 2];
||||||| base
    let x = vec![1];
=======
    let x = vec![1, 3];
>>>>>>> theirs
}
