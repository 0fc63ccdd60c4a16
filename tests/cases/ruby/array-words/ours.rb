A = %w[a b c]
