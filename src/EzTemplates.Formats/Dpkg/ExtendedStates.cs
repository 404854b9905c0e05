using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Dpkg;

/// <summary>APT's record of what came only because something needed it (<c>apt-mark showauto</c>): <c>/var/lib/apt/extended_states</c>.</summary>
public static class ExtendedStates
{
    public static TreePath Path { get; } = TreePath.Parse("/var/lib/apt/extended_states");

    /// <param name="before">The text so far; null where there is none.</param>
    /// <param name="native">What APT writes for a package of every architecture.</param>
    public static byte[] Add(string? before, IEnumerable<(string Package, string Architecture)> automatic, string native)
    {
        ArgumentNullException.ThrowIfNull(automatic);
        var text = new StringBuilder(before);
        foreach (var (package, architecture) in automatic)
        {
            text.Append("Package: ").Append(package).Append("\nArchitecture: ").Append(architecture == "all" ? native : architecture).Append("\nAuto-Installed: 1\n\n");
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }
}
