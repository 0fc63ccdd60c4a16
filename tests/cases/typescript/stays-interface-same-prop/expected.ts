interface A {
  a: string;
<<<<<<< ours
  b: number;
||||||| base
=======
  b: string;
>>>>>>> theirs
}
