using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Where a tree's own rpm has its database: what its macros (rpm's macros(8)) say of <c>%_dbpath</c>.</summary>
public static class RpmDatabasePlace
{
    private const string Macro = "%_dbpath";

    private static readonly TreePath Usual = TreePath.Parse("/var/lib/rpm");

    // What the macro is made of; each has this value wherever packages are built by their distribution's own rules.
    private static readonly (string Name, string Value)[] Known =
    [
        ("%{_var}", "/var"), ("%{_localstatedir}", "/var"), ("%{_sharedstatedir}", "/var/lib"), ("%{_usr}", "/usr"), ("%{_prefix}", "/usr"),
        ("%{_exec_prefix}", "/usr"),
    ];

    /// <summary>Files that may say so, in rpm's order: of several the last counts.</summary>
    public static bool IsMacros(TreePath path) =>
        path.Latin1 is "/usr/lib/rpm/macros" or "/etc/rpm/macros"
        || (path.Parent.Latin1 is ("/usr/lib/rpm/macros.d" or "/etc/rpm") && path.Name.StartsWith("macros.", StringComparison.Ordinal));

    /// <param name="macros">Texts of such files, those below /usr first.</param>
    public static TreePath Of(IEnumerable<string> macros)
    {
        ArgumentNullException.ThrowIfNull(macros);
        var found = Usual;
        foreach (var words in macros.SelectMany(text => text.Split('\n')).Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)))
        {
            if (words is [Macro, var value] && TreePath.TryParse(Expand(value), out var path) && !path.IsRoot)
            {
                found = path;
            }
        }

        return found;
    }

    private static string Expand(string value) => Known.Aggregate(value, (text, known) => text.Replace(known.Name, known.Value, StringComparison.Ordinal));
}
