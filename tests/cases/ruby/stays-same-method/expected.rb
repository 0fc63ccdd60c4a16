class A
  def a
  end
<<<<<<< ours

  def b
    1
  end
||||||| base
=======

  def b
    2
  end
>>>>>>> theirs
end
