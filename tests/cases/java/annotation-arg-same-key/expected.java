<<<<<<< ours
@Table(name = "a", schema = "s")
||||||| base
@Table(name = "a")
=======
@Table(name = "a", schema = "t")
>>>>>>> theirs
class C {
}
