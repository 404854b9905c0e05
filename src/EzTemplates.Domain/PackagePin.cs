namespace EzTemplates.Domain;

/// <summary>
/// A preference in the sense of apt_preferences(5): the first pin that speaks of a version gives its priority. One for all packages (a
/// lone <c>*</c>) speaks of sources, and counts only where none that names packages does.
/// </summary>
/// <param name="Package">A name, or a pattern in which <c>*</c> stands for any characters.</param>
/// <param name="Version">A pattern of versions; empty: any.</param>
/// <param name="Source">A pattern of <c>repository/suite</c>; empty: any. A version that several sources have is of each.</param>
/// <param name="Priority">The higher wins; what is not above zero forbids.</param>
public sealed record PackagePin(string Package, string Version, string Source, int Priority)
{
    /// <summary>Whether it speaks of sources as a whole.</summary>
    public bool IsGeneral => Package == "*" && Version.Length == 0;
}
