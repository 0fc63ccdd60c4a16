class A
  attr_reader :x
  def f(a)
    a
  end
end
