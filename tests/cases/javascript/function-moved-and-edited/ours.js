function c() {
  z();
}

function a() {
  x();
}

function b() {
  y();
}
