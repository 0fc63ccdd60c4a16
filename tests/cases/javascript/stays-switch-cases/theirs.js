switch (x) {
  case 1:
    a();
    break;
  case 3:
    c();
    break;
}
