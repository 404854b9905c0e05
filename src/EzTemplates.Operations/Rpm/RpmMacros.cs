using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Operations;

/// <summary>What librpm is told when it runs a tree's scriptlets.</summary>
internal static class RpmMacros
{
    /// <summary>
    /// Where the database is; what was verified when the packages came in; on x86-64, which of two architectures' files stay; and that users which
    /// packages declare are there already (<see cref="DeclaredAccounts"/>), as only rpm since 4.19 makes them, and by a program that the tree may lack.
    /// </summary>
    public static string For(TreePath database) => $"""
        %_dbpath {database}
        %_db_backend sqlite
        %_pkgverify_level none
        %_pkgverify_flags 0x0
        %_transaction_color 3
        %_prefer_color 2
        %__systemd_sysusers %nil

        """;

    public static KeyValuePair<string, string>[] Variables(long epoch) =>
    [
        new("LC_ALL", "C.UTF-8"),
        new("TERM", "dumb"),
        new("SOURCE_DATE_EPOCH", epoch.ToString(CultureInfo.InvariantCulture)),
    ];
}
