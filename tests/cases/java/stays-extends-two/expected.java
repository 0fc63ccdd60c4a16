<<<<<<< ours
class A extends C {
||||||| base
class A extends B {
=======
class A extends D {
>>>>>>> theirs
}
