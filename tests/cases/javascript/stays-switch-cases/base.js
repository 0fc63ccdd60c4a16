switch (x) {
  case 1:
    a();
    break;
}
