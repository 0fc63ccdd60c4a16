class A {
<<<<<<< ours
  constructor(private a: B, private c: C) {}
||||||| base
  constructor(private a: B) {}
=======
  constructor(private a: B, private d: D) {}
>>>>>>> theirs
}
