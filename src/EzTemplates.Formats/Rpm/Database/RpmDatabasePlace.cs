using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Where a tree's own rpm has its database, and in which form: what its macros (rpm's macros(8)) say.</summary>
/// <param name="Folder">Its <c>%_dbpath</c>.</param>
/// <param name="Form">Its <c>%_db_backend</c>; <see cref="Sqlite"/> where the tree has no rpm.</param>
public sealed record RpmDatabasePlace(TreePath Folder, string Form)
{
    public const string Sqlite = "sqlite";

    public const string Ndb = "ndb";

    // What there was before rpm 4.14 asked.
    private const string BerkeleyDb = "bdb";

    private const string RpmsOwn = "/usr/lib/rpm/macros";

    private static readonly TreePath Usual = TreePath.Parse("/var/lib/rpm");

    // What the macro is made of; each has this value wherever packages are built by their distribution's own rules.
    private static readonly (string Name, string Value)[] Known =
    [
        ("%{_var}", "/var"), ("%{_localstatedir}", "/var"), ("%{_sharedstatedir}", "/var/lib"), ("%{_usr}", "/usr"), ("%{_prefix}", "/usr"),
        ("%{_exec_prefix}", "/usr"),
    ];

    /// <summary>Whether a file may say so.</summary>
    public static bool IsMacros(TreePath path) => RankOf(path) is not null;

    /// <param name="macros">Such files with their texts, in no order.</param>
    public static RpmDatabasePlace Of(IEnumerable<(TreePath Path, string Text)> macros)
    {
        ArgumentNullException.ThrowIfNull(macros);
        var texts = macros.OrderBy(file => RankOf(file.Path)).ThenBy(file => file.Path).ToList();
        var found = new RpmDatabasePlace(Usual, texts.Exists(file => file.Path.Latin1 == RpmsOwn) ? BerkeleyDb : Sqlite);
        foreach (var words in texts.SelectMany(file => file.Text.Split('\n')).Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)))
        {
            found = words switch
            {
                ["%_dbpath", var value] when TreePath.TryParse(Expand(value), out var path) && !path.IsRoot => found with { Folder = path },
                ["%_db_backend", var value] => found with { Form = value },
                _ => found,
            };
        }

        return found;
    }

    /// <summary>rpm's order (its <c>macrofiles</c>): of several that say it the last counts.</summary>
    private static int? RankOf(TreePath path) => (path.Latin1, path.Parent.Latin1) switch
    {
        (RpmsOwn, _) => 0,
        (_, "/usr/lib/rpm/macros.d") when path.Name.StartsWith("macros.", StringComparison.Ordinal) => 1,

        // The distribution's: /usr/lib/rpm/redhat/macros.
        (_, { } folder) when path.Name == "macros" && !path.Parent.IsRoot && path.Parent.Parent.Latin1 == "/usr/lib/rpm" && folder != "/usr/lib/rpm/macros.d" => 2,
        (_, "/etc/rpm") when path.Name.StartsWith("macros.", StringComparison.Ordinal) => 3,
        ("/etc/rpm/macros", _) => 4,
        _ => null,
    };

    private static string Expand(string value) => Known.Aggregate(value, (text, known) => text.Replace(known.Name, known.Value, StringComparison.Ordinal));
}
