using Xunit;

namespace EzTemplates.Domain.Tests;

public sealed class NamesTests
{
    [Theory]
    [InlineData("1", true)]
    [InlineData("2:1.20.1-14.el9_2.1", true)]
    [InlineData("1.0~rc1^git3+2-1", true)]
    [InlineData(".02-522", true)]
    [InlineData("", false)]
    [InlineData("-1", false)]
    [InlineData(":1", false)]
    [InlineData("1/2", false)]
    [InlineData("<NULL>", false)]
    public void Versions_of_rpm_packages(string text, bool expected) => Assert.Equal(expected, Names.IsRpmVersion(text));
}
