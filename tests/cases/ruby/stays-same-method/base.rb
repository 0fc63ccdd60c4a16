class A
  def a
  end
end
