a.each do |x|
  b(x)
end
