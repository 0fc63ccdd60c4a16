class A
  def a
    2
  end
end
