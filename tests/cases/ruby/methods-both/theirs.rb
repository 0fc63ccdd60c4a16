class A
  def a
    1
  end

  def c
    3
  end
end
