namespace EzTemplates.Solver.Tests;

/// <summary>
/// The rules by which sets differ from dnf's over the CentOS data, each with its smallest universe. They are listed with their sources in
/// bench/results/dnf-differences.md.
/// </summary>
internal static class DnfDifferences
{
    public const string OrByName = "an or takes the first operand, not the first name";
    public const string NothingKept = "what nothing needs in the end goes";

    /// <summary>Ours is what the scenario expects; theirs is a set that is as valid.</summary>
    public static Dictionary<string, (Scenario Ours, string Theirs)> All { get; } = new(StringComparer.Ordinal)
    {
        [OrByName] = (
            new("""
                api 4 ; Requires: (java-headless or java-17-headless or java-8-headless)
                java-1.8.0-openjdk 8 ; Provides: java-8-headless = 8
                java-17-openjdk 17 ; Provides: java-headless = 17, java-17-headless = 17
                """,
                "install api",
                "api=4 java-17-openjdk=17"),
            "api=4 java-1.8.0-openjdk=8"),
        [NothingKept] = (
            new("""
                libreport-web 2 i686 ; Requires: libreport, libreport.so.2
                libreport-web 2 x86_64 ; Requires: libreport, libreport.so.2()(64bit), libproxy.so.1()(64bit)
                libreport 2 i686 ; Provides: libreport.so.2
                libreport 2 x86_64 ; Provides: libreport.so.2()(64bit)
                """,
                "install libreport-web",
                "libreport-web.i686=2 libreport.i686=2"),
            "libreport-web.i686=2 libreport.i686=2 libreport=2"),
    };
}
