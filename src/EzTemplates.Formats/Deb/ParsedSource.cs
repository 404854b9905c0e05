using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Takes packages out of a universe into the builder of another: strings get other numbers, and all else stays as it is.</summary>
internal readonly struct ParsedSource(UniverseBuilder builder, PackageUniverse parsed)
{
    /// <summary>For each string of the old universe its number in the new one, plus one.</summary>
    private readonly int[] _numbers = new int[parsed.StringCount];

    public void Add(int from, int to)
    {
        for (var i = 0; i < parsed.PackageCount; i++)
        {
            if (parsed.SourceNumbers[i] == from)
            {
                Add(new PackageId(i), to);
            }
        }
    }

    private void Add(PackageId package, int source)
    {
        var (firstDependency, firstProvide, i) = (builder.Dependencies.Count, builder.Provides.Count, package.Value);
        foreach (var dependency in parsed.Dependencies(package))
        {
            builder.Dependencies.Add((dependency.Kind, builder.Alternatives.Count, dependency.AlternativeCount));
            foreach (var (name, relation, version, architecture) in parsed.AlternativesOf(dependency))
            {
                builder.Alternatives.Add(new DependencyAlternative(Id(name), relation, Id(version), Id(architecture)));
            }
        }

        foreach (var (name, version) in parsed.Provides(package))
        {
            builder.Provides.Add(new ProvidedName(Id(name), Id(version)));
        }

        builder.Rows.Add(new UniverseRow(Number(parsed.Names[i]), Number(parsed.Versions[i]), Number(parsed.Architectures[i]), source)
        {
            Flags = parsed.Flags[i],
            Size = parsed.Sizes[i],
            InstalledSize = parsed.InstalledSizes[i],
            Sha256 = parsed.Sha256(package),
            Path = Number(parsed.PathId(package)),
            FirstDependency = firstDependency,
            DependencyCount = builder.Dependencies.Count - firstDependency,
            FirstProvide = firstProvide,
            ProvideCount = builder.Provides.Count - firstProvide,

            // It decides between two stanzas of one archive, and that was decided when the source was parsed.
            Stanza = default,
        });
    }

    private StringId Id(StringId old) => new(Number(old));

    private int Number(StringId old)
    {
        ref var number = ref _numbers[old.Value];
        if (number == 0)
        {
            number = builder.Strings.Add(parsed.Bytes(old)) + 1;
        }

        return number - 1;
    }
}
