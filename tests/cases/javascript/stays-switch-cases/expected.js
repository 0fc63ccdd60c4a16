switch (x) {
  case 1:
    a();
    break;
<<<<<<< ours
  case 2:
    b();
    break;
||||||| base
=======
  case 3:
    c();
    break;
>>>>>>> theirs
}
