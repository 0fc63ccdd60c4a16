function a() {
  x();
}

function b() {
  y();
}

function c() {
  z(1);
}
