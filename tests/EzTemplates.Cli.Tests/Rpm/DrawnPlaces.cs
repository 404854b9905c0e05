namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>Folders, files and links that several drawn packages have, who must say the same of them.</summary>
internal sealed class DrawnPlaces
{
    private static readonly string[] Names =
        ["/opt/drawn", "/opt/drawn/deep", "/opt/drawn/deep/deeper", "/srv/with blank", "/usr/share/drawn", "/usr/lib/drawn", "/usr/libexec/größe", "/etc/drawn.d", "/usr/bin"];

    private readonly Dictionary<string, string> _attributes;
    private readonly List<(string Path, string Entry, string Command)> _shared;

    public DrawnPlaces(Random random)
    {
        _attributes = Names.ToDictionary(
            path => path,
            path => path == "/usr/bin" ? "" : $"%attr({Draw.From(random, "0755", "0755", "0750", "0700", "2775", "1777")},{Draw.From(random, "root,root", "known,known", "root,known")})");
        _shared =
        [
            .. Enumerable.Range(0, 4).Select(number => (Path: $"{Folder(random)}/shared{number}", Number: number))
                .Select(file => (file.Path, $"%attr({Draw.From(random, "0644", "0755", "0600", "4755")},root,root) \"{file.Path}\"", $"echo shared {random.Next(99)} >'.{file.Path}'")),
            .. Enumerable.Range(0, 2).Select(number => $"{Folder(random)}/shared-link{number}")
                .Select(path => (path, $"\"{path}\"", $"ln -s {Draw.From(random, "/usr/bin/busybox", "nowhere", "../..")} '.{path}'")),
        ];
    }

    /// <summary>Shell commands that make all of them in a build's root.</summary>
    public string Install => string.Join('\n', Names.Select(path => $"mkdir -p '.{path}'").Concat(_shared.Select(file => file.Command)));

    public static string Folder(Random random) => Names[random.Next(Names.Length)];

    /// <summary>One of the folders, as a line of <c>%files</c>.</summary>
    public string FolderEntry(Random random)
    {
        var path = Names[random.Next(Names.Length - 1)];
        return $"%dir {_attributes[path]} \"{path}\"";
    }

    public string SharedEntry(Random random) => _shared[random.Next(_shared.Count)].Entry;

    /// <summary>Of the files and links, in one build's root: packages of several builds that share one say different times.</summary>
    public string Times(Random random) => string.Join('\n', _shared.Select(file => $"touch --no-dereference --date=@{1_000_000_000 + random.Next(600_000_000)} '.{file.Path}'"));
}
