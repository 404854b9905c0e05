namespace EzTemplates.Testing;

/// <summary>How a generated APT configuration names its source.</summary>
public enum AptSourceStyle
{
    /// <summary>deb822, Signed-By a key file.</summary>
    SourcesWithPath,

    /// <summary>deb822, Signed-By with the armored key in the field.</summary>
    SourcesInline,

    /// <summary>One line, <c>[signed-by=...]</c>.</summary>
    OneLine,
}

/// <summary>A folder that stands in for <c>/</c> where APT's configuration is read: it has etc/apt with one source.</summary>
public static class AptRoot
{
    /// <param name="folder">Made if absent.</param>
    /// <param name="uri">The archive root.</param>
    /// <param name="suites">As in <c>Suites:</c>, separated by blanks.</param>
    public static string Write(string folder, GeneratedRepository repository, AptSourceStyle style, (string Uri, string Suites, string Components) source)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var lists = Directory.CreateDirectory(Path.Combine(folder, "etc/apt/sources.list.d")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "etc/apt/trusted.gpg.d"));
        Directory.CreateDirectory(Path.Combine(folder, "etc/apt/apt.conf.d"));
        if (style == AptSourceStyle.OneLine)
        {
            var lines = source.Suites.Split(' ').Select(suite => $"deb [signed-by={repository.KeyFile}] {source.Uri} {suite} {source.Components}\n");
            File.WriteAllText(Path.Combine(lists, "generated.list"), string.Concat(lines));
            return folder;
        }

        var signedBy = style == AptSourceStyle.SourcesWithPath ? " " + repository.KeyFile : Folded(repository.Key.ArmoredPublicKey);
        File.WriteAllText(
            Path.Combine(lists, "generated.sources"),
            $"Types: deb\nURIs: {source.Uri}\nSuites: {source.Suites}\nComponents: {source.Components}\nSigned-By:{signedBy}\n");
        return folder;
    }

    /// <summary>sources.list(5): continuation lines begin with a blank, an empty line is a lone dot.</summary>
    private static string Folded(string armored) =>
        string.Concat(armored.TrimEnd('\n').Split('\n').Select(line => "\n " + (line.Length == 0 ? "." : line)));
}
