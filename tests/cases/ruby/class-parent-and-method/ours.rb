class A < B
  def a
    1
  end
end
