class A
<<<<<<< ours
  attr_reader :a, :b
||||||| base
  attr_reader :a
=======
  attr_reader :a, :c
>>>>>>> theirs
end
