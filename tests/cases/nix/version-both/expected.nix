{
<<<<<<< ours
  version = "1.1";
  rev = "b";
||||||| base
  version = "1.0";
  rev = "a";
=======
  version = "1.2";
  rev = "c";
>>>>>>> theirs
}
