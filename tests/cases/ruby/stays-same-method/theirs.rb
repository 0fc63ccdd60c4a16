class A
  def a
  end

  def b
    2
  end
end
