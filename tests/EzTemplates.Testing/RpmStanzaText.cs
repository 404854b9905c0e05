namespace EzTemplates.Testing;

/// <summary>
/// Reads a universe in a few words for a judge: one package a line, <c>name version [arch] ; Requires: a, (b if c) ; ...</c>; a line
/// <c>@ name</c> starts the next repository, <c>% module:stream nevra...</c> tells a stream.
/// </summary>
public static class RpmStanzaText
{
    public static RpmMetadata Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (metadata, repository) = (new RpmMetadata(), "main");
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).OrderBy(l => l[0] == '%'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (line[0])
            {
                case '@':
                    repository = words[1];
                    break;
                case '%':
                    foreach (var package in metadata.All.Where(p => words.Contains($"{p.Name}-0:{p.Version}.{p.Architecture}")))
                    {
                        package.Streams.Add(words[1]);
                    }

                    break;
                default:
                    Add(metadata, line.Split(';', StringSplitOptions.TrimEntries), repository);
                    break;
            }
        }

        return metadata;
    }

    private static void Add(RpmMetadata metadata, string[] parts, string repository)
    {
        var words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var version = words[1].Contains('-', StringComparison.Ordinal) ? words[1] : words[1] + "-1";
        var package = new RpmStanza(words[0], version, words.Length > 2 ? words[2] : "x86_64", repository);
        var files = new List<string>();
        foreach (var (field, entries) in parts.Skip(1).Select(p => p.Split(": ", 2)).Select(p => (p[0], p[1].Split(',', StringSplitOptions.TrimEntries))))
        {
            if (field == "Files")
            {
                files.AddRange(entries);
                continue;
            }

            ListOf(package, field)?.AddRange(entries.Select(RpmNeed.Parse));
        }

        metadata.Add(package);
        files.ForEach(f => metadata.AddFile(package, f));
    }

    /// <summary>Null for what never makes anything impossible.</summary>
    private static List<RpmNeed>? ListOf(RpmStanza package, string field) => field switch
    {
        "Provides" => package.Provides,
        "Requires" or "PreRequires" => package.Requires,
        "Conflicts" => package.Conflicts,
        "Obsoletes" => package.Obsoletes,
        "Recommends" or "Supplements" or "Suggests" or "Enhances" => null,
        _ => throw new FormatException(field),
    };
}
