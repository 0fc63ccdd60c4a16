all:
	echo a
	echo c
