"""What those work with who write flows: rehearsals, coverage, pictures, versions."""
