class A {
  int x = aa()
<<<<<<< ours
    .bb()
    .nn()
    .cc();
||||||| base
    .bb()
    .cc();
=======
    .bb();
>>>>>>> theirs
}
