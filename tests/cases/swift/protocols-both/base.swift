struct A: P {
}
