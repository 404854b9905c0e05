using System.Globalization;

namespace EzTemplates.Environments;

/// <summary>
/// Which pid namespaces go on, from one look at /proc. The kernel ends all processes of one whose process 1 has ended
/// (pid_namespaces(7)): those may be seen for a moment more.
/// </summary>
internal sealed class LivingPidNamespaces
{
    /// <summary>PF_EXITING of linux/sched.h, among the flags of proc_pid_stat(5).</summary>
    private const uint Exiting = 0x4;

    private readonly HashSet<string> _living = new(StringComparer.Ordinal);

    private LivingPidNamespaces()
    {
    }

    public static LivingPidNamespaces Look()
    {
        var found = new LivingPidNamespaces();
        found.Note("/proc/self");
        foreach (var pid in ViewUsers.ProcessIds())
        {
            var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
            if (IsProcessOne(folder))
            {
                found.Note(folder);
            }
        }

        return found;
    }

    /// <summary>False too where the process has gone meanwhile.</summary>
    public bool Has(int pid) => NamespaceOf(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}")) is { } its && _living.Contains(its);

    private void Note(string folder)
    {
        if (NamespaceOf(folder) is { } its)
        {
            _living.Add(its);
        }
    }

    private static bool IsProcessOne(string folder)
    {
        try
        {
            var numbers = File.ReadLines(folder + "/status").FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal));
            if (numbers is null || !numbers.EndsWith("\t1", StringComparison.Ordinal))
            {
                return false;
            }

            // The name before the last parenthesis may have blanks.
            var stat = File.ReadAllText(folder + "/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (uint.Parse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture) & Exiting) == 0;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? NamespaceOf(string folder)
    {
        try
        {
            return new FileInfo(folder + "/ns/pid").LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
