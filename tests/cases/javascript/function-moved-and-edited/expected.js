function c() {
  z(1);
}

function a() {
  x();
}

function b() {
  y();
}
