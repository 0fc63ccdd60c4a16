switch (x) {
  case 1:
    a();
    break;
  case 2:
    b();
    break;
}
