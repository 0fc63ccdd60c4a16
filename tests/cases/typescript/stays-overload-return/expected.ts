class A {
<<<<<<< ours
  f(): string {}
||||||| base
  f(): void {}
=======
  f(): number {}
>>>>>>> theirs
}
